;; A001: asks for a fine clock to time others by.
(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func))))
  <<source>>)
