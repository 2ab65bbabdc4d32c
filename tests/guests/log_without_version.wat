;; A036: Imports the log without a version.
(component
  (import "weighbridge:connector/log" (instance (export "log" (func))))
  <<source>>)
