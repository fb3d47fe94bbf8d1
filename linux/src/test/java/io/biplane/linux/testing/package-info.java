/**
 * What tests need that touch the kernel: the condition under which they run, namespaces of their
 * own, independent programs to ask what the kernel holds, a fake ruleset, and a check that the
 * machine is left as it was. Other modules use it by this module's test-jar.
 */
@NullMarked
package io.biplane.linux.testing;

import org.jspecify.annotations.NullMarked;
