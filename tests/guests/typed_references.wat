;; A008: Calls through typed references.
(component
  (core module
    (type $t (func)) (func (param (ref $t)) (call_ref $t (local.get 0))))
  <<source>>)
