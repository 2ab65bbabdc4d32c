;; A012: Has twenty thousand globals, and one.
(component
  (core module
    [[20001 x (global i32 (i32.const 0)) ]])
  <<source>>)
