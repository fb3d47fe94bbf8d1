/** What all controllers are and share. */
@NullMarked
package io.biplane.controllers.controller;

import org.jspecify.annotations.NullMarked;
