/**
 * ServiceCIDRs: keeps each one until no address needs it any more. In come ServiceCIDRs and
 * IPAddresses; out go the finalizer and the condition Ready. Called by the controller manager.
 */
@NullMarked
package io.biplane.controllers.servicecidr;

import org.jspecify.annotations.NullMarked;
