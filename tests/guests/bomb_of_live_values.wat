;; A012: Has values without number that all live at the same time.
(component
  (core module
    (func (param i64) (result i64) [[40000 x (i64.mul (local.get 0) (i64.const {i})) ]][[39999 x i64.add ]]))
  <<source>>)
