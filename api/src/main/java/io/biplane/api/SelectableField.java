package io.biplane.api;

/**
 * A field that field selectors may name.
 *
 * @param path dotted path as in the selector, such as {@code status.phase}
 * @param absent what a selector compares with when the object has no such field
 */
public record SelectableField(String path, String absent) {}
