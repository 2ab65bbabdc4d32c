;; A001: Imports the log with a function in it that there is not.
(component
  (import "weighbridge:connector/log@0.1.0" (instance (export "read-all" (func (result string)))))
  <<source>>)
