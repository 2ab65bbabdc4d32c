;; A012: Has a function of sixty thousand locals.
(component
  (core module
    (func (local [[60000 x i64 ]])))
  <<source>>)
