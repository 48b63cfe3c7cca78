/** jsdom knows <dialog> but not how to open one: this stands in for the two methods, without their focus handling. */
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};
