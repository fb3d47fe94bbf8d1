@NullMarked
package io.biplane.apiserver.bootstrap;

import org.jspecify.annotations.NullMarked;
