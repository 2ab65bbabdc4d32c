;; A012: Has a million branch targets, and a hundred thousand more.
(component
  (core module
    [[11 x (func (param i32) (br_table [[100000 x 0 ]](local.get 0))) ]])
  <<source>>)
