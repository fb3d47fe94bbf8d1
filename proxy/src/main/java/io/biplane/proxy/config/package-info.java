/** What kube-proxy is told when it starts. */
@NullMarked
package io.biplane.proxy.config;

import org.jspecify.annotations.NullMarked;
