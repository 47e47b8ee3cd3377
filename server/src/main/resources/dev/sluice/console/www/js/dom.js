// Elements, made and kept up to date by hand: what does not change is not touched, so that focus,
// selection and scroll positions stay while the page follows the server.

/** Makes an element; properties named on... are listeners, names with a dash are attributes. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || (value === false && name !== 'spellcheck')) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name in element && name !== 'list') {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.flat(2).filter((child) => child || child === 0));
  return element;
}

/** Sets a text, unless it is there already. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Sets or removes an attribute. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** Shows or hides. */
export function show(element, visible) {
  if (element.hidden === visible) {
    element.hidden = !visible;
  }
}

/** A list of rows, one for each item; rows are {element, update(item)}, and stay with their keys. */
export class KeyedList {
  constructor(parent, keyOf, make) {
    this.parent = parent;
    this.keyOf = keyOf;
    this.make = make;
    this.rows = new Map();
  }

  update(items) {
    const gone = new Set(this.rows.keys());
    let next = this.parent.firstElementChild;
    for (const item of items) {
      const key = this.keyOf(item);
      gone.delete(key);
      let row = this.rows.get(key);
      if (!row) {
        row = this.make(item);
        this.rows.set(key, row);
      }
      row.update(item);
      if (row.element === next) {
        next = next.nextElementSibling;
      } else {
        this.parent.insertBefore(row.element, next);
      }
    }
    for (const key of gone) {
      this.rows.get(key).element.remove();
      this.rows.delete(key);
    }
  }
}

const STATES = {
  AVAILABLE: 'good',
  LOADING: 'busy',
  START: 'busy',
  UNLOADING: 'busy',
  FAILED: 'bad',
  UNLOADED: 'off',
};

/** What a version's state is called here: END says nothing of why. */
export function stateOf(version) {
  return version.state === 'END' ? (version.reason ? 'FAILED' : 'UNLOADED') : version.state;
}

/** A state, told by word and colour; {element, update(word)}. */
export function badge(prefix = '') {
  const element = h('span', { className: 'badge' });
  return {
    element,
    update(state) {
      element.dataset.tone = STATES[state] ?? 'off';
      setText(element, prefix + state.toLowerCase());
    },
  };
}
