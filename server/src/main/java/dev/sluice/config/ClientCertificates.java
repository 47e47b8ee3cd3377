package dev.sluice.config;

/** Whether clients show certificates. */
public enum ClientCertificates {
  /** They are not asked for any. */
  NONE,
  /** They may, and one that is shown must be trusted. */
  OPTIONAL,
  /** They must. */
  REQUIRED
}
