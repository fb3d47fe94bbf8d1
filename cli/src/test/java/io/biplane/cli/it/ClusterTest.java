package io.biplane.cli.it;

import io.biplane.linux.testing.LeavesMachineClean;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test class that brings up clusters. It needs root, nftables and the witness programs; where one
 * is missing it is skipped with a loud line, or is an error if the environment variable {@code CI}
 * is set. It fails if it leaves anything behind.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith({ClusterCondition.class, LeavesMachineClean.class})
@interface ClusterTest {}
