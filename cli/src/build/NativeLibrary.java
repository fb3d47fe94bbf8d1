import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Unpacks SQLite's native library for this machine from its jar in {@code <dist>/lib} to {@code
 * <dist>/native}, where the launcher points the driver. Otherwise each process that opens a store
 * would unpack it, which costs a tenth of a second and more; and so it does where this was not
 * done.
 */
public final class NativeLibrary {
    public static void main(String[] args) throws Exception {
        Path dist = Path.of(args[0]);
        Path jar;
        try (var jars = Files.newDirectoryStream(dist.resolve("lib"), "sqlite-jdbc-*.jar")) {
            jar = jars.iterator().next();
        }
        try (var driver = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
            Method folder =
                    driver.loadClass("org.sqlite.util.OSInfo")
                            .getMethod("getNativeLibFolderPathForCurrentOS");
            String name = System.mapLibraryName("sqlitejdbc");
            String resource = "org/sqlite/native/" + folder.invoke(null) + "/" + name;
            try (var library = driver.getResourceAsStream(resource)) {
                if (library == null) {
                    throw new IllegalStateException(jar + " has no " + resource);
                }
                Path target = Files.createDirectories(dist.resolve("native")).resolve(name);
                Files.copy(library, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
