package dev.sluice.auth.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.auth.Principal;
import dev.sluice.servable.ServingException;
import dev.sluice.testing.Identity;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubjectTest {
  private final Principal owner = new Principal("owner", List.of());
  private final X509Certificate certificate;

  SubjectTest(@TempDir Path scratch) throws Exception {
    certificate = Identity.create(scratch, "batch").x509();
  }

  @Test
  void distinguishedNamesAreComparedAsSuch() {
    assertTrue(new Subject(Subject.Kind.SUBJECT, "cn = BATCH", owner).isOf(certificate));
    assertFalse(new Subject(Subject.Kind.SUBJECT, "CN=other", owner).isOf(certificate));
    assertThrows(
        IllegalArgumentException.class, () -> new Subject(Subject.Kind.SUBJECT, "batch", owner));
  }

  @Test
  void oneAlternativeNameIsEnough() {
    assertTrue(new Subject(Subject.Kind.ALTERNATIVE, "localhost", owner).isOf(certificate));
    assertFalse(new Subject(Subject.Kind.ALTERNATIVE, "batch", owner).isOf(certificate));
  }

  @Test
  void aCertificateWithoutTheNameIsNobodys() throws ServingException {
    assertFalse(new Subject(Subject.Kind.ALTERNATIVE, "spiffe://x/batch", owner).isOf(certificate));
    Verifier verifier =
        new Verifier(
            new Verifier.Admitted(
                List.of(),
                List.of(),
                List.of(new Subject(Subject.Kind.SUBJECT, "CN=batch", owner)),
                null),
            InstantSource.system());
    assertSame(owner, verifier.authenticate(null, null, certificate));
    assertSame(owner, verifier.authenticate(null, null, certificate), "remembered");
    Verifier strict =
        new Verifier(
            new Verifier.Admitted(List.of(), List.of(), List.of(), null), InstantSource.system());
    assertEquals(
        "The client's certificate is nobody's who is admitted",
        assertThrows(ServingException.class, () -> strict.authenticate(null, null, certificate))
            .text());
  }
}
