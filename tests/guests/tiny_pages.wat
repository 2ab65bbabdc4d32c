;; A008: Has a memory of pages of one byte.
(component
  (core module
    (memory 1 (pagesize 1)))
  <<source>>)
