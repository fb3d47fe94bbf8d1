/** What the controllers are told when they start, and what is wrong with it. */
@NullMarked
package io.biplane.controllers.config;

import org.jspecify.annotations.NullMarked;
