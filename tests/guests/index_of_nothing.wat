;; A013: Exports an instance that it does not have.
(component binary "\00asm\0d\00\01\00" "\0b\28\01\00\22weighbridge:connector/source@0.1.0\05\63\00")
