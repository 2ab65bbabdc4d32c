;; A001: asks for somebody's objects.
(component
  (import "wasi:blobstore/blobstore@0.2.0" (instance (export "get-container" (func))))
  <<source>>)
