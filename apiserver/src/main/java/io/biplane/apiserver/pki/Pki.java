package io.biplane.apiserver.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/**
 * The certificates of one cluster, in a directory. What is there and still right is used again; the
 * rest is made. A new serving certificate is made when the names change, and any certificate when
 * less than thirty days of it remain.
 */
public final class Pki {
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private final Path directory;
    private final Credentials authority;
    private final Credentials serving;

    private Pki(Path directory, Credentials authority, Credentials serving) {
        this.directory = directory;
        this.authority = authority;
        this.serving = serving;
    }

    /**
     * @param directory made with mode 0700 when missing
     * @param names DNS names and addresses under which the API server is reached
     * @throws IOException if a file cannot be read or written, or the CA is damaged; the message
     *     names the file and the remedy
     */
    public static Pki openOrCreate(Path directory, List<String> names) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        Credentials authority = authority(directory);
        Profile server = Profile.server("kube-apiserver", names);
        return new Pki(directory, authority, leaf(directory, authority, "apiserver", server));
    }

    public Credentials authority() {
        return authority;
    }

    /** The API server's own certificate, for all the names. */
    public Credentials serving() {
        return serving;
    }

    /** The person who runs the cluster: may do everything. */
    public Credentials admin() throws IOException {
        return client("admin", Profile.person("kubernetes-admin", "system:masters"));
    }

    public Credentials controllerManager() throws IOException {
        return client("controller-manager", Profile.client("system:kube-controller-manager"));
    }

    public Credentials scheduler() throws IOException {
        return client("scheduler", Profile.client("system:kube-scheduler"));
    }

    public Credentials proxy() throws IOException {
        return client("kube-proxy", Profile.client("system:kube-proxy"));
    }

    /** The agent of one node. */
    public Credentials node(String name) throws IOException {
        return client("node-" + name, Profile.client("system:node:" + name, "system:nodes"));
    }

    private Credentials client(String file, Profile profile) throws IOException {
        return leaf(directory, authority, file, profile);
    }

    private static Credentials authority(Path directory) throws IOException {
        Path certificate = directory.resolve("ca.crt");
        Path key = directory.resolve("ca.key");
        try {
            if (!Files.exists(certificate) && !Files.exists(key)) {
                Credentials made = Issuer.authority("biplane-ca");
                Pem.write(key, made.keyPem());
                Pem.write(certificate, made.certificatePem());
                return made;
            }
            if (!Files.exists(certificate)) {
                // The key is written first: we were ended between the two, nobody knows this CA.
                Files.delete(key);
                return authority(directory);
            }
            return new Credentials(Pem.readCertificate(certificate), Pem.readKey(key));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(
                    ("read or make the cluster's CA in %s: %s (restore ca.crt and ca.key, or delete"
                                    + " the directory: clients then need a new kubeconfig)")
                            .formatted(directory, e.getMessage()),
                    e);
        }
    }

    private static Credentials leaf(
            Path directory, Credentials authority, String file, Profile profile)
            throws IOException {
        Path certificate = directory.resolve(file + ".crt");
        Path key = directory.resolve(file + ".key");
        if (Files.exists(certificate) && Files.exists(key)) {
            try {
                Credentials found =
                        new Credentials(Pem.readCertificate(certificate), Pem.readKey(key));
                if (isCurrent(found.certificate(), authority, profile)) {
                    return found;
                }
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // Not readable as what it should be: made again below, nothing is lost by it.
            }
        }
        try {
            Credentials made = Issuer.leaf(authority, profile);
            Files.deleteIfExists(certificate);
            Pem.write(key, made.keyPem());
            Pem.write(certificate, made.certificatePem());
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("make a certificate for " + profile.commonName(), e);
        }
    }

    private static boolean isCurrent(
            X509Certificate certificate, Credentials authority, Profile profile) {
        try {
            certificate.verify(authority.certificate().getPublicKey());
            certificate.checkValidity(Date.from(Instant.now().plus(RENEW_BEFORE)));
            return profile.matches(certificate);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
