/** List and watch, informers and work queues; over HTTPS or in the same JVM. */
@NullMarked
package io.biplane.client;

import org.jspecify.annotations.NullMarked;
