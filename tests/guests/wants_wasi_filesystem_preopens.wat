;; A001: asks for the directories that somebody left open.
(component
  (import "wasi:filesystem/preopens@0.2.0" (instance (export "get-directories" (func))))
  <<source>>)
