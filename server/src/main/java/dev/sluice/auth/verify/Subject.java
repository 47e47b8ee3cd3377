package dev.sluice.auth.verify;

import dev.sluice.auth.Principal;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * Whose certificate is whose.
 *
 * @param name a distinguished name in any order of spaces and case, or what one of the
 *     certificate's alternative names is: of a host, a URI or a mail address
 */
public record Subject(Kind kind, String name, Principal principal) {
  /** Alternative names of these kinds are texts: mail address, host, URI (RFC 5280, 4.2.1.6). */
  private static final List<Integer> TEXTS = List.of(1, 2, 6);

  /** Which name of a certificate it is. */
  public enum Kind {
    /** Its subject. */
    SUBJECT,
    /** One of its alternative names. */
    ALTERNATIVE
  }

  /**
   * Creates a subject.
   *
   * @throws IllegalArgumentException if the name is to be a distinguished one, and is none
   */
  public Subject {
    if (kind == Kind.SUBJECT) {
      name = canonical(new X500Principal(name));
    }
  }

  boolean isOf(X509Certificate certificate) {
    return switch (kind) {
      case SUBJECT -> canonical(certificate.getSubjectX500Principal()).equals(name);
      case ALTERNATIVE -> hasAlternative(certificate);
    };
  }

  private boolean hasAlternative(X509Certificate certificate) {
    Collection<List<?>> names;
    try {
      names = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return false; // what cannot be read names nobody
    }
    return names != null
        && names.stream()
            .anyMatch(entry -> TEXTS.contains((Integer) entry.get(0)) && name.equals(entry.get(1)));
  }

  private static String canonical(X500Principal principal) {
    return principal.getName(X500Principal.CANONICAL);
  }
}
