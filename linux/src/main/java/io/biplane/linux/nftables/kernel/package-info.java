/**
 * nftables by netlink: transactions come in from the package above and go out as one batch; what
 * the kernel holds comes back as that package's values. {@link
 * io.biplane.linux.nftables.kernel.KernelNftables} is the door.
 */
@NullMarked
package io.biplane.linux.nftables.kernel;

import org.jspecify.annotations.NullMarked;
