;; A003: Never comes back from cleaning up after its page.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func (export "cabi_post_weighbridge:connector/source@0.1.0#pull") (param i32) (loop (br 0))))
