package io.biplane.cli.command;

import io.biplane.apiserver.pki.Credentials;
import io.biplane.apiserver.pki.Pki;
import io.biplane.client.kubeconfig.Kubeconfig;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** Kubeconfig files for clients of an API server of ours. */
public final class ClientConfig {
    private ClientConfig() {}

    /**
     * Writes a file with one context.
     *
     * @param name of cluster, user and context
     * @param server where the client reaches the API server
     * @param pki of that server
     * @param client who the client is
     */
    public static void write(String name, URI server, Pki pki, Credentials client, Path file)
            throws IOException {
        Kubeconfig.of(
                        name,
                        server,
                        pki.authority().certificatePem(),
                        client.certificatePem(),
                        client.keyPem())
                .write(file);
    }
}
