(func $streams (export "weighbridge:connector/source@0.1.0#streams") (param i32 i32 i32 i32) (result i32)
  (i32.const 1088))
