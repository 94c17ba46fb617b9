/**
 * Types that the build brings: imported components and what Vite adds to modules.
 *
 * @module
 */
/// <reference types="svelte" />
/// <reference types="vite/client" />
