;; A003, A008: Calls itself without a stack, without end.
(component
  (core module
    (func $f (return_call $f)))
  <<source>>)
