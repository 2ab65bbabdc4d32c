;; A012: Has two hundred thousand pieces of data.
(component
  (core module
    (memory 1) [[200000 x (data (i32.const 0) "x") ]])
  <<source>>)
