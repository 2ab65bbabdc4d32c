;; A012: Has a hundred functions of fifty thousand locals each, all of which live to the end.
(component
  (core module
    [[100 x (func (local [[40000 x i64 ]]) (drop (local.get 39999))) ]])
  <<source>>)
