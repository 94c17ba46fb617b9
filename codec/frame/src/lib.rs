//! Geometry and borrowed pixel buffers.
