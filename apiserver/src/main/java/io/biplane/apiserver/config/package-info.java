/** What an API server is told when it starts. */
@NullMarked
package io.biplane.apiserver.config;

import org.jspecify.annotations.NullMarked;
