"""The inline style sheet of the pages."""

STYLE = """
body { font: 15px/1.46 Lato, "Helvetica Neue", Arial, sans-serif; color: #1d1c1d; max-width: 760px; margin: 1em auto; }
h1 { font-size: 18px; border-bottom: 1px solid #ddd; padding-bottom: .5em; margin: 0 0 .5em; }
h2 { font-size: 18px; margin: .3em 0; }
.message { display: flex; gap: 10px; padding: 8px 4px; }
.face { width: 36px; height: 36px; border-radius: 4px; background: #4a154b; color: #fff; text-align: center;
  line-height: 36px; font-weight: bold; flex: none; }
.thread { margin-left: 46px; border-left: 2px solid #ddd; padding-left: 8px; }
.app { background: #ddd; color: #616061; font-size: 10px; padding: 1px 3px; border-radius: 2px; }
.quiet, .context, .hint { color: #616061; font-size: 12px; }
.block { margin: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
.beside { display: flex; justify-content: space-between; gap: 12px; }
.button, .menu { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px;
  font-weight: bold;
  font-size: 14px; background: #fff; }
.menu { font-weight: normal; }
.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
.danger { background: #e01e5a; border-color: #e01e5a; color: #fff; }
.field { border: 1px solid #868686; border-radius: 4px; padding: 6px 10px; min-height: 1.4em; white-space: pre-wrap; }
.placeholder { color: #868686; }
.error { color: #e01e5a; font-size: 13px; margin: 4px 0; }
.mention { background: #e8f5fa; color: #1264a3; border-radius: 3px; padding: 0 2px; }
.broadcast { background: #fcf4da; }
code, pre { background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; font-size: 12px; }
code { color: #c01343; padding: 1px 3px; }
pre { padding: 8px; white-space: pre-wrap; margin: 4px 0; }
blockquote { border-left: 4px solid #ddd; margin: 4px 0; padding-left: 10px; }
table { border-collapse: collapse; } td { border: 1px solid #ddd; padding: 4px 8px; }
.modal { border: 1px solid #bbb; border-radius: 8px; padding: 18px 24px; max-width: 520px;
  box-shadow: 0 8px 24px #0003; }
.foot { border-top: 1px solid #ddd; margin-top: 14px; padding-top: 12px; text-align: right; }
hr { border: 0; border-top: 1px solid #ddd; }
"""
