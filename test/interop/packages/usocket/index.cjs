// In the place of npm usocket. An application writes "cmsg/compat/usocket" here.
module.exports = require("../../../../dist/compat/usocket.js");
