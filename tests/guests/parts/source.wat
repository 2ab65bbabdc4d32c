(component $source-shape)
(instance $source (instantiate $source-shape))
(export "weighbridge:connector/source@0.1.0" (instance $source))
