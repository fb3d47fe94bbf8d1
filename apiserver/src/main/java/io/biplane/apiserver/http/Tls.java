package io.biplane.apiserver.http;

import io.biplane.apiserver.exchange.User;
import io.biplane.apiserver.pki.Credentials;
import io.biplane.apiserver.pki.Pki;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;

/** TLS by the JDK's own engine, with client certificates of the cluster's CA. */
final class Tls {
    private Tls() {}

    /**
     * A client without a certificate may connect, so that it gets a 401 that it can read. Made
     * without Netty's builder, which would load all of BouncyCastle.
     */
    static SslContext server(Pki pki) throws IOException {
        return new JdkSslContext(
                context(pki),
                false,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1),
                ClientAuth.OPTIONAL,
                new String[] {"TLSv1.3", "TLSv1.2"},
                false);
    }

    private static SSLContext context(Pki pki) throws IOException {
        try {
            // The key store lives in memory only; its password protects nothing.
            char[] password = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, password);
            Credentials serving = pki.serving();
            store.setKeyEntry(
                    "serving", serving.key(), password, new Certificate[] {serving.certificate()});
            KeyStore authorities = KeyStore.getInstance("PKCS12");
            authorities.load(null, password);
            authorities.setCertificateEntry("authority", pki.authority().certificate());
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("set up TLS with the certificates of the cluster", e);
        }
    }

    /** The verified client of a session whose handshake is over. */
    static User user(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain[0] instanceof X509Certificate certificate
                    ? user(certificate)
                    : User.ANONYMOUS;
        } catch (SSLPeerUnverifiedException _) {
            return User.ANONYMOUS;
        }
    }

    private static User user(X509Certificate certificate) {
        try {
            LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
            String name = "";
            List<String> groups = new ArrayList<>();
            for (Rdn rdn : subject.getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    name = String.valueOf(rdn.getValue());
                } else if (rdn.getType().equalsIgnoreCase("O")) {
                    groups.add(String.valueOf(rdn.getValue()));
                }
            }
            groups.add("system:authenticated");
            return name.isEmpty() ? User.ANONYMOUS : new User(name, groups);
        } catch (InvalidNameException _) {
            return User.ANONYMOUS;
        }
    }
}
