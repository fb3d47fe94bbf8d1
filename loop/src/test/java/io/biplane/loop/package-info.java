@org.jspecify.annotations.NullMarked
package io.biplane.loop;
