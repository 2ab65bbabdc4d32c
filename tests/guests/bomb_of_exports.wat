;; A012: Exports one function under two hundred thousand names.
(component
  (core module
    (func $f) [[200000 x (export "e{i}" (func $f)) ]])
  <<source>>)
