;; A006, A008: Has a memory of 64-bit addresses, as large as they go.
(component
  (core module
    (memory i64 0x1000000000000))
  <<source>>)
