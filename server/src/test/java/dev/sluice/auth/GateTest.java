package dev.sluice.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final Need ON_MODEL = new Need(Scope.INFER, Reach.NAMED);
  private static final Need ON_SOME = new Need(Scope.INFER, Reach.SOME);
  private static final Need ON_EVERY = new Need(Scope.INFER, Reach.EVERY);
  private static final Need LOADS = new Need(Scope.ADMIN, Reach.NAMED);

  private static Gate gate(Door door, Grant... grants) {
    Principal principal = new Principal("web", List.of(grants));
    return new Gate((authorization, key, certificate) -> principal, door);
  }

  private static Grant grant(Scope scope, String model) {
    return new Grant(Set.of(scope), List.of(new ModelPattern(model)));
  }

  private static ServingException refusal(Gate gate, Need need, String model) {
    return assertThrows(
        ServingException.class, () -> gate.require(new Operation(need, model), null, null, null));
  }

  private static void allowed(Gate gate, Need need, String model) throws ServingException {
    gate.require(new Operation(need, model), null, null, null);
  }

  @Test
  void aScopeHoldsOnItsModels() throws ServingException {
    Gate gate = gate(Door.OPEN, grant(Scope.INFER, "a*"));
    allowed(gate, ON_MODEL, "ab");
    allowed(gate, ON_SOME, "");
    ServingException refusal = refusal(gate, ON_MODEL, "b");
    assertEquals(Code.PERMISSION_DENIED, refusal.code());
    assertEquals("web needs scope infer on model b, and has it on [a*]", refusal.text());
    assertEquals(
        "web needs scope admin on model ab, and has it on none", refusal(gate, LOADS, "ab").text());
    assertEquals(
        "web needs scope infer on every model, for the request names none, and has it on [a*]",
        refusal(gate, ON_MODEL, "").text());
    assertEquals(Code.PERMISSION_DENIED, refusal(gate, ON_EVERY, "").code());
    assertEquals(Code.PERMISSION_DENIED, refusal(gate, Need.ADMIN, "").code());
  }

  @Test
  void adminIncludesTheOthersOnItsModels() throws ServingException {
    Gate gate = gate(Door.OPEN, grant(Scope.ADMIN, "a*"));
    allowed(gate, ON_MODEL, "ab");
    allowed(gate, LOADS, "ab");
    allowed(gate, AccessTable.need(AccessTable.METRICS), "");
    assertEquals(Code.PERMISSION_DENIED, refusal(gate, LOADS, "b").code());
    assertEquals(Code.PERMISSION_DENIED, refusal(gate, Need.ADMIN, "").code());
  }

  @Test
  void whatIsOpenAsksNobody() throws ServingException {
    Gate gate =
        new Gate(
            (authorization, key, certificate) -> {
              throw new AssertionError("asked");
            },
            Door.OPEN);
    allowed(gate, Need.NOTHING, "");
    assertNull(gate.enter(Need.NOTHING, null, null, null).access());
  }

  @Test
  void anotherPortIsNamed() throws ServingException {
    Gate gate = gate(new Door("--admin_port", "--metrics_port"), grant(Scope.ADMIN, "*"));
    allowed(gate, ON_EVERY, "");
    assertEquals(
        "This needs scope admin and is answered on the port of --admin_port only",
        refusal(gate, Need.ADMIN, "").text());
    assertTrue(
        refusal(gate, AccessTable.need(AccessTable.METRICS), "").text().contains("--metrics_port"));
  }

  @Test
  void aCallAsksOnceItsModelIsKnown() throws ServingException {
    assertNull(gate(Door.OPEN, grant(Scope.INFER, "*")).enter(ON_MODEL, null, null, null).access());
    Access access =
        gate(Door.OPEN, grant(Scope.INFER, "a*")).enter(ON_MODEL, null, null, null).access();
    assertNotNull(access);
    assertFalse(access.wasAsked());
    access.require("ab");
    assertTrue(access.wasAsked());
    assertEquals(
        Code.PERMISSION_DENIED,
        assertThrows(ServingException.class, () -> access.require("b")).code());
    assertThrows(
        ServingException.class,
        () -> gate(Door.OPEN, grant(Scope.INFER, "a*")).enter(LOADS, null, null, null));
  }

  @Test
  void whoHasShownWhoHeIsIsTheClient() throws ServingException {
    Principal web = new Principal("web", List.of(grant(Scope.INFER, "*")));
    Gate gate = new Gate((authorization, key, certificate) -> web, Door.OPEN);
    assertEquals("web", gate.require(new Operation(ON_MODEL, "a"), null, null, null));
    assertEquals("web", gate.enter(ON_MODEL, null, null, null).client());
    Gate open = new Gate(Authenticator.NONE, Door.OPEN);
    assertEquals("", open.require(new Operation(ON_MODEL, "a"), null, null, null));
    assertEquals("", open.enter(ON_MODEL, null, null, null).client());
  }

  @Test
  void namesCannotForgeLinesOfALog() {
    assertEquals("a?b??", new Principal("a\nb\u001b\u00e9", List.of()).name());
    assertEquals(131, new Principal("x".repeat(1000), List.of()).name().length());
  }
}
