package io.biplane.linux.testing;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test class that changes kernel state, in namespaces of its own. Where it cannot run it is
 * skipped with a loud line, or is an error if the environment variable {@code CI} is set; and it
 * fails if it leaves anything behind.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("kernel")
@ExtendWith({KernelCondition.class, LeavesMachineClean.class})
public @interface KernelTest {}
