@NullMarked
package io.biplane.controllers;

import org.jspecify.annotations.NullMarked;
