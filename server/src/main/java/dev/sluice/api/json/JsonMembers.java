package dev.sluice.api.json;

/** What a {@link JsonScanner} tells of a document while it checks it. */
public interface JsonMembers {
  /** Notes a member of the top-level object, in order: where its name begins and ends. */
  void noteMember(int name, int nameEnd, int value);

  /** Returns true if the value at a position is that of a member whose size is asked for. */
  boolean isNotedMember(int position);

  /** Returns where the sizes of arrays are noted. */
  ArraySizes sizes();
}
