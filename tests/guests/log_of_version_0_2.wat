;; A036: Imports the log of a version that this host does not speak.
(component
  (import "weighbridge:connector/log@0.2.0" (instance (export "log" (func))))
  <<source>>)
