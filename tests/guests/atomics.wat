;; A008: Waits on an atomic, as threads do.
(component
  (core module
    (memory 1) (func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))
  <<source>>)
