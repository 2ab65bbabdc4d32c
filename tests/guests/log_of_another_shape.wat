;; A001: Imports the log as a function that gives back a number.
(component
  (import "weighbridge:connector/log@0.1.0" (instance (export "log" (func (result u64)))))
  <<source>>)
