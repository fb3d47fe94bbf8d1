package io.biplane.client.kubeconfig;

import io.biplane.api.Fields;
import io.biplane.client.ServerAccess;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A cluster's and a user's entry, made into something that can open connections: certificates and
 * keys in place or in files, and bearer tokens. Plug-ins ({@code exec}) are not run.
 */
record Credentials(Path directory, JsonNode cluster, JsonNode user) {
    ServerAccess access() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keys().map(KeyManagerFactory::getKeyManagers).orElse(null),
                    trust().map(TrustManagerFactory::getTrustManagers).orElse(null),
                    null);
            return new ServerAccess(
                    URI.create(Fields.string(cluster, "server").replaceAll("/+$", "")),
                    context,
                    Fields.optionalString(user, "token"));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the kubeconfig's certificates or key cannot be used: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<TrustManagerFactory> trust() throws GeneralSecurityException, IOException {
        Optional<byte[]> pem = bytes(cluster, "certificate-authority");
        if (pem.isEmpty()) {
            return Optional.empty(); // whom this machine trusts
        }
        KeyStore store = emptyStore();
        int number = 0;
        for (Certificate certificate : certificates(pem.get())) {
            store.setCertificateEntry("authority-" + number++, certificate);
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Optional.of(factory);
    }

    private Optional<KeyManagerFactory> keys() throws GeneralSecurityException, IOException {
        Optional<byte[]> pem = bytes(user, "client-certificate");
        Optional<byte[]> keyPem = bytes(user, "client-key");
        if (pem.isEmpty() || keyPem.isEmpty()) {
            return Optional.empty();
        }
        List<Certificate> chain = new ArrayList<>(certificates(pem.get()));
        PrivateKey key =
                privateKey(
                        keyPem.get(),
                        ((X509Certificate) chain.getFirst()).getPublicKey().getAlgorithm());
        KeyStore store = emptyStore();
        store.setKeyEntry("client", key, new char[0], chain.toArray(new Certificate[0]));
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return Optional.of(factory);
    }

    /** The value of {@code <name>-data}, or the contents of the file {@code <name>}. */
    private Optional<byte[]> bytes(JsonNode entry, String name) throws IOException {
        Optional<String> data = Fields.optionalString(entry, name + "-data");
        if (data.isPresent()) {
            return data.map(Base64.getDecoder()::decode);
        }
        Optional<String> file = Fields.optionalString(entry, name);
        return file.isEmpty()
                ? Optional.empty()
                : Optional.of(Files.readAllBytes(directory.resolve(file.get())));
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(byte[] pem)
            throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem));
    }

    private static PrivateKey privateKey(byte[] pem, String algorithm)
            throws GeneralSecurityException {
        String text = new String(pem, StandardCharsets.US_ASCII);
        if (!text.contains("BEGIN PRIVATE KEY")) {
            throw new GeneralSecurityException(
                    "the client key is not in PKCS #8 form (convert it: openssl pkcs8 -topk8 -nocrypt)");
        }
        String body = text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance(algorithm)
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
    }
}
