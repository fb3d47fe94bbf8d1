/**
 * "Validate IPv4/IPv6 dual-stack", step by step, and beyond it: real connections to every Service
 * and a comparison of what the kernel holds with what it should hold. A kubeconfig comes in, a
 * report goes out; called by the {@code validate} command alone.
 */
@NullMarked
package io.biplane.cli.validate;

import org.jspecify.annotations.NullMarked;
